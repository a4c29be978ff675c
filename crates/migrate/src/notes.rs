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
        id: "conditional-provider",
        summary: "The provider is rendered under a condition.",
        text: "```tsx\nready ? <ConvexProvider client={convex}>…</ConvexProvider> : <Loading />\n```\n\nThe change is made in the branch that \
               has the provider. In the other branch there is no ClerkProvider, as there is no Convex: Clerk's hooks and components throw \
               there.\n",
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
        id: "react-version",
        summary: "React is asked for in no version that Clerk's package takes.",
        text: "npm refuses to install Clerk's React package beside it. Raise react and react-dom first.\n",
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
