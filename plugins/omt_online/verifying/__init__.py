"""What `omt verify` checks beyond the receipt itself: whose key it is, the archive on disk, the tenant."""
