// What does the safety page say in English? All of it, apart from the rest, since hardly anybody opens it at first.
// Voice: as plain as can be; what is so, what can be done, and who may notice.

export const SAFETY = {
  "safety.title": "Help",
  "safety.leave": "Leave this page now",
  "safety.leave_by_key": "Or press Escape twice.",
  "safety.lead":
    "If you do not feel safe with somebody, this page says what they can see here, and how to leave. Nobody is " +
    "told that you opened it.",
  "safety.emergency": "If you are in danger now, call your local emergency number.",
  "safety.sees": "What a partner can see here, and what not",
  "safety.sees.1":
    "They see your name and pronouns, the answers that opened for you both, the invites between you, the " +
    "reminders you share or offer, your shared calendar, the time zone you chose in your profile (leave it as it is " +
    "if it would tell too much), times that suit you both while you both share them, " +
    "and a light you chose to leave.",
  "safety.sees.2":
    "They see when such an invite, offer or light reached them, and when answers opened. Of an answer that did " +
    "not open they see nothing, unless you left a light with it.",
  "safety.sees.3":
    "They cannot see your mail address, where you are, when you are here, what you read, what you skip, your " +
    "own reminders, where you are signed in, or that you opened this page.",
  "safety.ending": "Ending it",
  "safety.ending.1":
    "You can end the pairing alone and at once: sign in, choose Us, and go to the bottom of the page. No " +
    "reason is asked and nobody has to agree.",
  "safety.ending.2":
    "The other then finds “not connected”, and is not told by whom or why. No message is sent unless you ask " +
    "for one.",
  "safety.ending.3":
    "They may still notice, because what you shared is no longer there. If that could put you in danger, you " +
    "may want to talk to one of the places below first.",
  "safety.device": "Who can open your phone or computer",
  "safety.device.1": "Somebody who has your unlocked phone or computer sees what you see, here and elsewhere.",
  "safety.device.2":
    "Us lists where you are signed in. There you can end each of these sessions, or all of them. Signing out " +
    "shuts nobody out who knows your password.",
  "safety.device.3": "If you can, use a device that nobody else opens, such as one of a friend or a library.",
  "safety.password": "Passwords",
  "safety.password.1":
    "Change passwords on a device of your own, never on one that somebody else can open: first that of your " +
    "mail, then others, and the code that unlocks your phone.",
  "safety.password.2": "Use one that you never used before, and do not let a shared browser keep it.",
  "safety.password.3":
    "The password of this site cannot be changed yet. If somebody knows it, end the pairing and sign out " +
    "everywhere; you can begin anew with another mail address.",
  "safety.traces": "What a browser keeps",
  "safety.traces.1": "A browser keeps a list of the pages you opened. Leaving this page does not clear that list.",
  "safety.traces.2":
    "To clear it, open your browser’s menu, choose History, and delete single pages, or an hour or a day. A " +
    "list that is suddenly empty may be noticed too.",
  "safety.traces.3": "A private or incognito window keeps no list once it is closed.",
  "safety.help": "Where to find people who help",
  "safety.help.1": "These pages list places to call or write to, by country:",
  "safety.findahelpline.com": "helplines for many kinds of trouble",
  "safety.hotpeachpages.net": "help against violence at home, in many languages",
  "safety.help.2": "Opening them leaves a line in the browser’s list, as any page does.",
  "safety.session": "Your session on this device",
  "safety.session_end": "End my session here",
  "safety.session_ended": "Your session here has ended.",
};
