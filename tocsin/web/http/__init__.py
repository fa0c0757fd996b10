"""HTTP server of the web pages: routing, authentication, middleware."""
