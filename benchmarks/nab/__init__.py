"""NAB realTweets benchmark of the volume detector."""
