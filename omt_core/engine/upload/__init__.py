"""The upload as the engine sees it: what is transferred, at which rate, how long it takes, and its table of rows."""
