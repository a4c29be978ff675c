//! What findings that are no rule's own mean, for `explain`.

use crate::Explanation;

/// Every such finding.
pub(crate) const ALL: &[Explanation] = &[
    Explanation {
        id: "broken-settings",
        summary: "A tsconfig.json or convex.json is not valid JSON.",
        text: "What the file says is not taken into account: whether types are exact, or where the Convex functions are. Mend it and run \
               again.\n",
    },
    Explanation {
        id: "clerk-package",
        summary: "One of Clerk's packages is not the one for the framework.",
        text: "Each of Clerk's packages keeps the session for itself: `useAuth` of one knows nothing of a `ClerkProvider` of another. Take everything \
               from the package for the framework, whose middleware also gives server code the session.\n",
    },
    Explanation {
        id: "client-file",
        summary: "A file is a client file only through those that import it.",
        text: "The file that renders the provider does not begin with `\"use client\"`. It works because only client files import it; as soon as a \
               Server Component does, its hooks fail. Begin it with the directive: \
               https://nextjs.org/docs/app/api-reference/directives/use-client\n",
    },
    Explanation {
        id: "conditional-provider",
        summary: "The provider is rendered under a condition.",
        text: "```tsx\nready ? <ConvexProvider client={convex}>…</ConvexProvider> : <Loading />\n```\n\nThe change is made in the branch that \
               has the provider. In the other branch there is no ClerkProvider, as there is no Convex: Clerk's hooks and components throw \
               there.\n",
    },
    Explanation {
        id: "env-schema",
        summary: "The app declares its variables in code.",
        text: "A library such as t3-env, or a schema of the app's own, says which variables there are. What reads the environment through it sees only what it names. Add the publishable key to it.\n",
    },
    Explanation {
        id: "lock-file",
        summary: "Which lock file counts, or that it can't be read.",
        text: "Which version of a package is installed is read from the lock file. Of several beside each other the one of the manager that \
               `packageManager` names counts, else the newest format. Merge conflicts in it leave nothing known. Lock files are never edited.\n",
    },
    Explanation {
        id: "link-not-followed",
        summary: "A symbolic link was not followed.",
        text: "Nothing behind a symbolic link is read or written: it may lead out of the project. Run in the folder that it leads to.\n",
    },
    Explanation {
        id: "mocked-provider",
        summary: "A test's mock stands in for a provider that the app renders no more.",
        text: "```ts\nvi.mock(\"convex/react\", () => ({ ConvexProvider: ({ children }) => children }));\n```\n\nTests are not changed. After \
               the migration the app renders `ConvexProviderWithClerk` of convex/react-clerk, which this mock does not cover: the test runs \
               the real one, or fails for lack of a ClerkProvider. Mock that and Clerk's package as well.\n",
    },
    Explanation {
        id: "plain-provider-kept",
        summary: "A plain provider stays as it is.",
        text: "It is not one that users of the app get for sure: no root leads to it, or the app has `ConvexProviderWithClerk` as well and \
               chooses between the two, or that one stands inside and hides it. What it is for is known to the people who wrote it.\n",
    },
    Explanation {
        id: "publishable-key-variable",
        summary: "How the publishable key is read is not copied from the app's own code.",
        text: "The app reads its Convex URL from no variable of the environment, so the key is read as the bundler documents it; without a \
               known bundler it has to be defined in the bundler's settings.\n",
    },
    Explanation {
        id: "secret-in-env-example",
        summary: "A file that shows which variables are wanted holds what looks like a secret.",
        text: "The value is not printed, and the file is not changed: a patch would have to name it. Take the value out of the file and out \
               of use, then add the key's name by hand.\n",
    },
    Explanation {
        id: "secret-in-public-variable",
        summary: "The variable of the publishable key holds a secret key.",
        text: "What a bundler gives to client code is part of what every visitor loads. The value is not printed. Set the publishable key \
               there, and make a new secret key in Clerk's dashboard: the old one is no secret any more.\n",
    },
    Explanation {
        id: "style-settings",
        summary: "A formatter's settings could not be read as data.",
        text: "A configuration that is code is not run, and a shared one in a package is not looked for. The style of new code is then taken \
               from the file itself.\n",
    },
    Explanation {
        id: "tsconfig-extends",
        summary: "What a tsconfig.json extends was not found.",
        text: "Aliases that it may define are not known. Packages are not looked into: a patch must not depend on what is installed. An import \
               that could not be followed is taken for something that may lead anywhere.\n",
    },
];
