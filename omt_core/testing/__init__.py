"""What authors of plugins test with: modules are theirs, `online`, `line` and `property` what some are made of.

Nothing is imported here, so that the pytest plugin stays light: take `harness`, `crm`, `samples`, `conformance`,
`online_conformance`, `property.transfer_machine`, `blocking` and `fault_proxy` by their own names, or use the fixtures
of `pytest_plugin`.
"""
