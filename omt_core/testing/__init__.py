"""What authors of plugins test with: modules are theirs, the wings `online` and `line` what some are made of.

Nothing is imported here, so that the pytest plugin stays light: take `harness`, `crm`, `samples`, `conformance`,
`online_conformance`, `blocking` and `fault_proxy` by their own names, or use the fixtures of `pytest_plugin`.
"""
