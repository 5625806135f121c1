"""The compat dialect: documents of Jaseci's ScheduledSequence, with the results that they had there."""
