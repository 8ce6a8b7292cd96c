"""Objects cut out by their colours and edges, without a network: what the built-in model is measured against."""
