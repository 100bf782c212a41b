"""The simulated CRM database: its definition, its dialects, the writer, and what belongs to no person or document."""
