"""What the checks judged, held against what the snapshot holds: who changed, and what the rules say of it now."""
