"""What the state machine of transfers is made of: a site, a tenant, a run in which every step is counted, its end."""
