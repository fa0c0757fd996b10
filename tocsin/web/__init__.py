"""What does a browser show of the brands, their incidents and their thresholds?"""
