"""Time: workers, newest question first, caches, pace, devices."""
