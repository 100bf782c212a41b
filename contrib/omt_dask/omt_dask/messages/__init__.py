"""What travels between the tool and its workers."""
