"""Words and facts looked for in everything that a case holds, with what could not be searched said beside."""
