"""The tenant's calls over HTTP: one table of routes, from which the server and its OpenAPI document are both made."""
