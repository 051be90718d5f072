"""``transfers probe``: find out on an instance what AWS leaves undocumented about Amazon Connect, with evidence."""
