"""The calls of the page, one file per screen: each takes a request apart, has the controller do it, and answers."""
