"""Messages over Redis: tasks for workers, notifications for subscribers, and the circuit breaker for its failures."""
