"""The maintenance page behind a load balancer."""
