"""The parts of the suite for online targets, which `online_conformance` puts together."""
