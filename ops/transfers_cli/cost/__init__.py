"""What a deployment costs by list prices: item by item, idle and at a volume, beside what a user would pick instead."""
