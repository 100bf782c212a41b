"""The way from page to page: where the person is, which act may be done there, and which page comes after it."""
