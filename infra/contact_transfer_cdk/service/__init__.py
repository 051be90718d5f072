"""What the stack deploys: queues, bus, ledger, functions, routes."""
