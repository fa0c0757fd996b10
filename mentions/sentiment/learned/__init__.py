"""Linear model over words, character n-grams and word pairs: features, weights and inference."""
