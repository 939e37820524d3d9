//! Tests of the engine in the simulation (`random`): nothing but tests.
