"""A pretend ISC tenant. It is not SailPoint, and the product never imports it."""
