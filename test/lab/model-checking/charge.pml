/*
 * The charge of one acceptance, from the click to the end: the run and its activity, Dodo, time, the customer.
 * Whatever may be lost, late or repeated is a choice, and Spin looks at every combination of them.
 *
 * The shipped design is the default. Each switch takes a precaution away:
 *
 *   ATTEMPTS=3     the activity that charges is tried again when its answer is lost
 *   NO_SEARCH      an attempt is sent without looking whether it was sent before
 *   NO_RECONCILE   a lost answer counts as a refusal
 *   INTENT_LAST    the attempt is recorded after it was sent
 *   NO_WINDOW      the fallback opens at the first look that finds nothing
 *   NO_REFUND      what is paid twice stays so
 *
 * Dodo may carry out a lost request late. That is over before the window is; with LATER it may happen at any time.
 */

#ifndef ATTEMPTS
#define ATTEMPTS 1
#endif

mtype = { SUBMITTED, REFUSED, UNKNOWN };
mtype reply = UNKNOWN;

bool recorded;        /* the ledger has the attempt */
bool sent_unrecorded; /* something was sent before that */
bool under_way;       /* a lost request that may still be carried out */
byte original;        /* charges of the attempt that went through */
byte recovered;       /* payments of the fallback */
byte refunded;
bool sending_over;
bool window_over;
bool link;            /* the customer has a checkout */
bool run_over;
bool may_reset = 1;   /* an operator resets the run at most once */

/* One request to Dodo: what becomes of it, and of its answer. */
inline post() {
  if
  :: !recorded -> sent_unrecorded = 1
  :: else
  fi;
  if
  :: atomic { original++; reply = SUBMITTED }
  :: atomic { original++; reply = UNKNOWN } /* the answer is lost, or the worker that waits for it */
  :: reply = UNKNOWN                        /* never arrived */
  :: reply = REFUSED
  :: atomic { !under_way -> under_way = 1; reply = UNKNOWN }
  fi
}

inline send() {
  tries = 0;
  do
  :: tries == ATTEMPTS -> break
  :: tries < ATTEMPTS ->
       tries++;
#ifndef NO_SEARCH
       if
       :: original > 0 -> reply = SUBMITTED; break
       :: original == 0 && recorded -> reply = UNKNOWN; break
       :: else
       fi;
#endif
#ifndef INTENT_LAST
       recorded = 1;
#endif
       post();
#ifdef INTENT_LAST
       recorded = 1;
#endif
       if
       :: reply != UNKNOWN -> break
       :: else
       fi
  od
}

active proctype Run() {
  byte tries;
again:
  send();
  sending_over = 1;
  if
  :: may_reset -> d_step { may_reset = 0; sending_over = 0; window_over = 0; reply = UNKNOWN }; goto again
  :: skip
  fi;
  if
  :: reply == UNKNOWN ->
#ifdef NO_RECONCILE
       reply = REFUSED
#else
       if
       :: original > 0 -> reply = SUBMITTED
#ifdef NO_WINDOW
       :: original == 0 -> reply = REFUSED
#else
       :: atomic { window_over && original == 0 -> reply = REFUSED }
#endif
       fi
#endif
  :: else
  fi;
  if
  :: reply == REFUSED -> link = 1
  :: else
  fi;
  run_over = 1
}

/* Carries out what is under way, or lets it die, and ends the window. */
active proctype Time() {
  do
  :: atomic { under_way -> original++; under_way = 0 }
  :: atomic { under_way -> under_way = 0 }
#ifdef LATER
  :: atomic { sending_over && !window_over -> window_over = 1 }
#else
  :: atomic { sending_over && !window_over && !under_way -> window_over = 1 }
#endif
  :: atomic { run_over && !under_way -> break }
  od
}

/* Pays at the checkout once, or never. */
active proctype Customer() {
  if
  :: link -> recovered = 1
  :: skip
  fi
}

#define kept (original + recovered - refunded)

#ifndef NO_REFUND
/* A second payment goes back when it is heard of, whether the run is still there or not. */
active proctype Refunds() {
end:
  do
  :: atomic { kept > 1 -> refunded++ }
  od
}
#endif

ltl never_two { [] (original + recovered <= 1) }
ltl recorded_first { [] !sent_unrecorded }
ltl no_link_while_unknown { [] (link -> original == 0 && !under_way) }
ltl ends { <> run_over }
ltl one_in_the_end { <> [] (kept <= 1) }
ltl only_a_second_goes_back { [] (refunded > 0 -> kept >= 1) }
