"""Does this brand's stream depart from its usual? Pure: state and event in, state and signals out."""
