"""What tests share: servers, archives, runs of the commands, comparisons."""
