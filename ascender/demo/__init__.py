"""The demo: invented companies with people in every state, and all processes started by one command."""
