"""A simulated ISC tenant for tests and demos. The product never imports it."""
