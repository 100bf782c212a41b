"""What authors of plugins test with.

Nothing is imported here, so that the pytest plugin stays light: take `harness`, `crm`, `samples`, `conformance`,
`blocking`, `faults` and `power_loss` by their own names, or use the fixtures of `pytest_plugin`.
"""
