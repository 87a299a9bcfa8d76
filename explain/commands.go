package explain

import (
	"maps"
	"slices"
	"strings"
)

// commands are what remedies tell people to type, by what they do. They are the
// same in every language. A word in capitals stands for what is not known.
var commands = map[string]string{
	"agent add":         "amends agent add {agent|AGENT} --merchant {merchant|MERCHANT}",
	"agent grant":       "amends agent grant {agent|AGENT} --merchant {merchant|MERCHANT}",
	"agent ls":          "amends agent ls --merchant {merchant|MERCHANT}",
	"approve":           "amends approve {payout|PAYOUT}",
	"merchant invite":   "amends merchant invite --merchant {merchant|MERCHANT}",
	"merchant register": "amends merchant register --merchant {merchant|MERCHANT}",
	"merchant show":     "amends merchant show --merchant {merchant|MERCHANT}",
	"orders import":     "amends orders import FILE",
	"orders show":       "amends orders show {order|ORDER}",
	"payouts ls":        "amends payouts ls --merchant {merchant|MERCHANT}",
	"payouts show":      "amends payouts show {payout|PAYOUT}",
	"policy show":       "amends policy show",
	"quota enable":      "amends quota enable {agent|AGENT} --merchant {merchant|MERCHANT}",
	"quota set":         "amends quota set {agent|AGENT} --merchant {merchant|MERCHANT}",
	"request again":     "amends request --earlier {earlier|PAYOUT}",
	"resend":            "amends resend {payout|PAYOUT}",
	"service open":      "amends service open --agreement {agreement|VERSION} --merchant {merchant|MERCHANT}",
	"service resume":    "amends service resume --merchant {merchant|MERCHANT}",
	"service status":    "amends service status --merchant {merchant|MERCHANT}",
	"show earlier":      "amends payouts show {earlier|PAYOUT}",
	"sms-exempt set":    "amends sms-exempt set {limit|AMOUNT} --merchant {merchant|MERCHANT}",
	"wallet arrears":    "amends wallet arrears --merchant {merchant|MERCHANT}",
	"wallet show":       "amends wallet show --merchant {merchant|MERCHANT}",
}

// Commands lists every command line that a remedy can name, with words in capitals
// for what it is about: a test of the command line tries whether each is understood.
func Commands() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		all = append(all, english.render(commands[name], func(string) string { return "" }))
	}
	return all
}

// shellSafe are the characters that no shell takes for something else.
const shellSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,"

// shell is a word as it is typed: in single quotes where it has to be.
func shell(word string) string {
	if word == "" || strings.Trim(word, shellSafe) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
