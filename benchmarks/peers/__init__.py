"""The peers that OMT is measured against, each as people run it: its own server, its own client, no tricks."""
