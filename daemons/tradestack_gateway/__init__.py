"""The gateway: replays prices and news as a feed."""
