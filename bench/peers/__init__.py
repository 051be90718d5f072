"""What a user would pick instead, each built as its users would. These files run in Lambda's place, with packages of their own."""
