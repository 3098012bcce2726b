"""Short lessons: a prepared run, a task, and a check of the learner's own runs."""
