//! What the agent does once it is allowed.
