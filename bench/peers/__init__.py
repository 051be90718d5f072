"""What a user would pick instead, each built as its users would. These files run in place of the worker, with packages of their own."""
