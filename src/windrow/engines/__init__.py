"""Who carries runs to workers. Engines know ids, slots and processes; they never look into a run."""
