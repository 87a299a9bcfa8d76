package main

// painter colours text, or leaves it alone.
type painter bool

// painter is for text on w: colours are for terminals, unless --color says
// otherwise. NO_COLOR (no-color.org) switches them off.
func (a *app) painter(w any) painter {
	switch a.color {
	case "always":
		return true
	case "never":
		return false
	}
	return painter(isTerminal(w) && a.env("NO_COLOR") == "" && a.env("TERM") != "dumb")
}

func (p painter) with(code, s string) string {
	if !p {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p painter) bad(s string) string   { return p.with("31", s) }
func (p painter) good(s string) string  { return p.with("32", s) }
func (p painter) quiet(s string) string { return p.with("2", s) }
func (p painter) bold(s string) string  { return p.with("1", s) }
