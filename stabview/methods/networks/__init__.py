"""Learned methods: architectures, their weights and cards."""
