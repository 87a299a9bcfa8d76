package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/amends-ledger/amends/domain"
	"github.com/amends-ledger/amends/eventstore"
	"github.com/amends-ledger/amends/eventstore/segment"
	"github.com/amends-ledger/amends/ledger"
	"github.com/amends-ledger/amends/policy"
)

func (a *app) policyCommand() *cobra.Command {
	return group("policy", "Platform policies: the limits payouts are decided under", "run",
		a.policyShow(), a.policyCheck(), a.policyPublish())
}

// publishedPolicy is a policy as scripts read it.
type publishedPolicy struct {
	Name    string        `json:"name"`
	Version int           `json:"version"`
	At      string        `json:"published_at,omitempty"`
	Policy  domain.Policy `json:"policy"`
}

func (a *app) policyShow() *cobra.Command {
	var template bool
	var currency string
	cmd := &cobra.Command{
		Use: "show [NAME]", Short: "List policies, or print one as a document", Args: cobra.MaximumNArgs(1),
		Long: "List the policies that are published, or print the one named as a document that policy check and\n" +
			"publish read. With --merchant, print the one that the merchant is decided under. With --template,\n" +
			"print the default policy with what each key means.",
	}
	cmd.Flags().BoolVar(&template, "template", false, "print the default policy, commented, to begin from")
	cmd.Flags().StringVar(&currency, "currency", "CNY", "`currency` of the template")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if template {
			document, err := policy.Template(domain.Currency(currency))
			if err != nil {
				return err
			}
			_, err = a.out.Write(document)
			return err
		}
		if a.merchant != "" && len(args) == 0 {
			return a.see(cmd.Context(), func(_ context.Context, _ *desk, m *domain.Merchant) error {
				if m.Adopted.Version == 0 {
					return notFound("merchant "+m.ID+" was decided under no policy yet", "amends policy show "+quoted(m.Profile.Policy))
				}
				return a.printPolicy(publishedPolicy{Name: m.Adopted.Name, Version: m.Adopted.Version, Policy: m.Adopted.Policy})
			})
		}
		return a.look(cmd.Context(), func(ctx context.Context, l *looking) error {
			all, err := policiesOf(ctx, l.store)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return a.listPolicies(all)
			}
			for _, p := range all {
				if p.Name == args[0] {
					return a.printPolicy(p)
				}
			}
			return notFound("there is no policy "+args[0], "amends policy show")
		})
	}
	return cmd
}

// policiesOf is the latest version of every policy, by name.
func policiesOf(ctx context.Context, store eventstore.Store) (all []publishedPolicy, err error) {
	latest := map[string]publishedPolicy{}
	for e, err := range store.ReadStream(ctx, domain.PlatformStream, 0, eventstore.ReadOptions{}) {
		if err != nil {
			return nil, fmt.Errorf("read policies: %w", err)
		}
		decoded, err := domain.Decode(e.Type, e.Version, e.Data)
		if err != nil {
			return nil, fmt.Errorf("read policies: %w", err)
		}
		if p, ok := decoded.(domain.PolicyPublished); ok {
			latest[p.Name] = publishedPolicy{p.Name, p.Version, moment(e.RecordedAt), p.Policy}
		}
	}
	for _, p := range latest {
		all = append(all, p)
	}
	slices.SortFunc(all, func(x, y publishedPolicy) int { return strings.Compare(x.Name, y.Name) })
	return all, nil
}

func (a *app) listPolicies(all []publishedPolicy) error {
	return listing[publishedPolicy]{
		columns: []column{{key: "name", title: "policy"}, {key: "version", title: "version", right: true}, {key: "published_at", title: "published"}},
		cells:   func(p publishedPolicy) []string { return []string{p.Name, fmt.Sprint(p.Version), p.At} },
		rows:    each(all), empty: a.words.say("none.policies"),
	}.show(a)
}

func (a *app) printPolicy(p publishedPolicy) error {
	if a.format == asJSON || a.format == asJSONL {
		return a.object(p)
	}
	_, err := fmt.Fprintf(a.out, "# version %d\n%s", p.Version, policy.Format(p.Name, p.Policy))
	return err
}

// readPolicy reads a document; mistakes in it are an error.
func readPolicy(file string) (name string, p domain.Policy, err error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", p, usage("there is no file %s", file)
	}
	if err != nil {
		return "", p, err
	}
	name, p, mistakes := policy.Parse(file, data)
	if len(mistakes) == 0 {
		return name, p, nil
	}
	bad := &problem{Exit: exitUsage, Code: "BAD_INPUT", Message: "the policy has mistakes, nothing was published"}
	for _, m := range mistakes {
		bad.Mistakes = append(bad.Mistakes, m.String())
	}
	return "", p, bad
}

// policyCheckResult is what policy check says.
type policyCheckResult struct {
	Name    string          `json:"name"`
	Against int             `json:"against_version"` // 0: none is published
	Changes []policy.Change `json:"changes"`
}

func (a *app) policyCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Short: "Look for mistakes in a policy, and tell what it would change", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, p, err := readPolicy(args[0])
			if err != nil {
				return err
			}
			result := policyCheckResult{Name: name, Changes: []policy.Change{}}
			was, err := a.inForce(cmd.Context(), name)
			if err != nil {
				return err
			}
			if was.Version > 0 {
				result.Against, result.Changes = was.Version, append(result.Changes, policy.Diff(was.Policy, p)...)
			}
			return a.tellPolicyCheck(result)
		},
	}
}

// inForce is the latest version of a policy; version 0 if there is none, or no
// ledger at all. It opens the log alone: a check needs nothing else.
func (a *app) inForce(ctx context.Context, name string) (publishedPolicy, error) {
	folder, err := a.homeFolder()
	if err != nil {
		return publishedPolicy{}, err
	}
	store, err := segment.Open(ctx, segment.Options{Dir: home(folder).log(), MustExist: true})
	if errors.Is(err, fs.ErrNotExist) {
		return publishedPolicy{}, nil
	}
	if err != nil {
		return publishedPolicy{}, err
	}
	all, err := policiesOf(ctx, store)
	if err = errors.Join(err, store.Close()); err != nil {
		return publishedPolicy{}, err
	}
	for _, p := range all {
		if p.Name == name {
			return p, nil
		}
	}
	return publishedPolicy{}, nil
}

func (a *app) tellPolicyCheck(r policyCheckResult) error {
	if a.format == asJSON || a.format == asJSONL {
		return a.object(r)
	}
	paint := a.painter(a.out)
	switch {
	case r.Against == 0:
		fmt.Fprintf(a.out, "%s %s\n", paint.good("✓"), a.words.say("policy.new", "name", r.Name))
	case len(r.Changes) == 0:
		fmt.Fprintf(a.out, "%s %s\n", paint.good("✓"), a.words.say("policy.same", "name", r.Name, "version", fmt.Sprint(r.Against)))
	default:
		fmt.Fprintf(a.out, "%s %s\n", paint.good("✓"), a.words.say("policy.changes", "name", r.Name,
			"version", fmt.Sprint(r.Against), "n", fmt.Sprint(len(r.Changes))))
	}
	for _, c := range r.Changes {
		fmt.Fprintf(a.out, "  %s\n", c)
	}
	return nil
}

func (a *app) policyPublish() *cobra.Command {
	cmd := &cobra.Command{
		Use: "publish FILE", Short: "Put a policy in force, as the next version of its name", Args: cobra.ExactArgs(1),
		Long: "Put a policy in force, as the next version of its name. A merchant's next decision is taken under\n" +
			"it, and its stream keeps a copy from then on.",
	}
	d := a.deed(cmd, domain.RolePlatform)
	d.begins = true
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		name, p, err := readPolicy(args[0])
		if err != nil {
			return err
		}
		return d.give(cmd.Context(), func(context.Context, *desk) (ledger.Request, error) {
			return ledger.Request{Command: domain.PublishPolicy{Name: name, Policy: p}}, nil
		})
	}
	return cmd
}
