"""What went over the connections: from Chromium's NetLog, or, graded lower, from what the browser tells."""
