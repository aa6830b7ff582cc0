"""The edge: HTTP/JSON for every public RPC, made from the contracts; no rules of its own."""
