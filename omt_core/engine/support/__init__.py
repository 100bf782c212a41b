"""The support bundle: what somebody who helps must see of a migration, and nothing that says whose it is."""
