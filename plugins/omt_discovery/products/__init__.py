"""What each part of the product keeps in its configuration, as claims about the installation."""
