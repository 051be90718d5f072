"""A transfer request: how it is read, checked and named. Pure: no AWS, no clock."""
