package balancing_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func forward(tuples ...types.TargetGroupTuple) []types.Action {
	return []types.Action{{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{TargetGroups: tuples}}}
}

func tuple(group string, weight int32) types.TargetGroupTuple {
	return types.TargetGroupTuple{TargetGroupArn: &group, Weight: &weight}
}

func pathIs(pattern string) []types.RuleCondition {
	return []types.RuleCondition{{Field: aws.String("path-pattern"), Values: []string{pattern}}}
}

func (a *application) rule(priority int32, conditions []types.RuleCondition, actions []types.Action) types.Rule {
	a.w.t.Helper()
	return must[*elbv2.CreateRuleOutput](a.w.t)(a.w.v2.CreateRule(a.w.t.Context(), &elbv2.CreateRuleInput{
		ListenerArn: &a.listener, Priority: &priority, Conditions: conditions, Actions: actions,
	})).Rules[0]
}

func TestRulesActInTheOrderOfTheirPriorities(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(false)
		w.launch("i-1", "eu-west-1a")
		w.register(a.first, "i-1")
		w.wait(2 * time.Second)
		fixed := func(body string) []types.Action {
			return []types.Action{{Type: types.ActionTypeEnumFixedResponse, FixedResponseConfig: &types.FixedResponseActionConfig{
				StatusCode: aws.String("418"), ContentType: aws.String("text/html"), MessageBody: &body,
			}}}
		}
		all := a.rule(20, pathIs("/a*"), fixed("all"))
		one := a.rule(10, pathIs("/ab"), fixed("one"))
		a.rule(30, []types.RuleCondition{{Field: aws.String("http-header"), HttpHeaderConfig: &types.HttpHeaderConditionConfig{HttpHeaderName: aws.String("X-Go"), Values: []string{"away"}}}},
			[]types.Action{{Type: types.ActionTypeEnumRedirect, RedirectConfig: &types.RedirectActionConfig{StatusCode: types.RedirectActionStatusCodeEnumHttp302, Host: aws.String("new.#{host}")}}})
		expect := func(path, want string) {
			t.Helper()
			if _, body := w.get(a.url + path); body != want {
				t.Errorf("/%s is answered %q, want %q", path, body, want)
			}
		}
		expect("ab", "one")
		expect("abc", "all")
		expect("b", "i-1")
		must[*elbv2.SetRulePrioritiesOutput](w.t)(w.v2.SetRulePriorities(w.t.Context(), &elbv2.SetRulePrioritiesInput{RulePriorities: []types.RulePriorityPair{
			{RuleArn: one.RuleArn, Priority: aws.Int32(20)}, {RuleArn: all.RuleArn, Priority: aws.Int32(10)},
		}}))
		expect("ab", "all")
		must[*elbv2.DeleteRuleOutput](w.t)(w.v2.DeleteRule(w.t.Context(), &elbv2.DeleteRuleInput{RuleArn: all.RuleArn}))
		expect("ab", "one")
		r, _ := http.NewRequest("GET", a.url+"x?y=1", nil)
		r.Header.Set("X-Go", "AWAY")
		res, _ := w.do(r)
		if res.StatusCode != 302 || !strings.HasPrefix(res.Header.Get("Location"), "http://new.127.0.1.1:80/x?y=1") {
			t.Errorf("redirected with %d to %s", res.StatusCode, res.Header.Get("Location"))
		}
	})
}

func TestModifyRuleReplacesTheWholeList(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(false)
		second := w.group("two")
		w.launch("i-1", "eu-west-1a")
		w.launch("i-2", "eu-west-1b")
		w.register(a.first, "i-1")
		w.register(second, "i-2")
		r := a.rule(1, pathIs("*"), forward(tuple(a.first, 100), tuple(second, 0)))
		w.wait(2 * time.Second)
		w.expectHealth(second, map[string]string{"i-2": "healthy"}) // at weight 0 too
		for range 20 {
			if _, body := w.get(a.url); body != "i-1" {
				t.Fatalf("%q answered at weight 0", body)
			}
		}
		out := must[*elbv2.ModifyRuleOutput](w.t)(w.v2.ModifyRule(w.t.Context(), &elbv2.ModifyRuleInput{RuleArn: r.RuleArn, Actions: forward(tuple(second, 1))}))
		if got := out.Rules[0].Actions[0]; aws.ToString(got.TargetGroupArn) != second || len(got.ForwardConfig.TargetGroups) != 1 || out.Rules[0].Conditions[0].Values[0] != "*" {
			t.Errorf("modified to %+v", out.Rules[0])
		}
		for range 20 {
			if _, body := w.get(a.url); body != "i-2" {
				t.Fatalf("%q answered, want i-2", body)
			}
		}
		must[*elbv2.ModifyRuleOutput](w.t)(w.v2.ModifyRule(w.t.Context(), &elbv2.ModifyRuleInput{RuleArn: r.RuleArn, Actions: forward(tuple(a.first, 0), tuple(second, 0))}))
		if code, _ := w.get(a.url); code != 503 {
			t.Errorf("answered %d when all weights are 0, want 503", code)
		}
	})
}

func TestAStickyClientStaysWithItsGroupAndItsTarget(t *testing.T) {
	inWorld(t, func(w *world) {
		a := w.application(true)
		for id, group := range map[string]string{"i-1": a.first, "i-2": a.first, "i-3": a.second, "i-4": a.second} {
			w.launch(id, "eu-west-1a")
			w.register(group, id)
		}
		w.wait(2 * time.Second)
		sticky := forward(tuple(a.first, 1), tuple(a.second, 1))
		sticky[0].ForwardConfig.TargetGroupStickinessConfig = &types.TargetGroupStickinessConfig{Enabled: aws.Bool(true), DurationSeconds: aws.Int32(60)}
		must[*elbv2.ModifyListenerOutput](w.t)(w.v2.ModifyListener(w.t.Context(), &elbv2.ModifyListenerInput{ListenerArn: &a.listener, DefaultActions: sticky}))
		for _, group := range []string{a.first, a.second} {
			must[*elbv2.ModifyTargetGroupAttributesOutput](w.t)(w.v2.ModifyTargetGroupAttributes(w.t.Context(), &elbv2.ModifyTargetGroupAttributesInput{
				TargetGroupArn: &group, Attributes: []types.TargetGroupAttribute{{Key: aws.String("stickiness.enabled"), Value: aws.String("true")}},
			}))
		}
		r, _ := http.NewRequest("GET", a.url, nil)
		res, first := w.do(r)
		for _, c := range res.Cookies() {
			r.AddCookie(c)
		}
		// The cookies beat the weights: the client's own group has none now.
		for i := range sticky[0].ForwardConfig.TargetGroups {
			own := (first == "i-1" || first == "i-2") == (i == 0)
			sticky[0].ForwardConfig.TargetGroups[i].Weight = aws.Int32(1)
			if own {
				sticky[0].ForwardConfig.TargetGroups[i].Weight = aws.Int32(0)
			}
		}
		must[*elbv2.ModifyListenerOutput](w.t)(w.v2.ModifyListener(w.t.Context(), &elbv2.ModifyListenerInput{ListenerArn: &a.listener, DefaultActions: sticky}))
		for range 10 {
			if _, body := w.do(r); body != first {
				t.Errorf("%s answered a client of %s", body, first)
			}
		}
		stranger := map[string]bool{"i-1": first > "i-2", "i-2": first > "i-2", "i-3": first < "i-3", "i-4": first < "i-3"}
		if _, body := w.get(a.url); !stranger[body] {
			t.Errorf("%s answered a new client", body)
		}
	})
}
