"""What a worker does with a run: claim its lease, renew it, train, retry, publish; and how lost work is recovered."""
