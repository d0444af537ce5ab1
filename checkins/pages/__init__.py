"""What pages and their forms show of plans, silences and wishes. It reads, and changes nothing."""
