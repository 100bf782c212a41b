"""What runs beside the tool: the cluster, who sends what, and what a check and the report say of the machines."""
