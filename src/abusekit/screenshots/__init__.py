"""Screenshots compared with what a case holds independently of them: read, compared, told; never altered."""
