// Stand-in for react-native and for all that comes with it or with Expo. Components show their children; hooks and functions answer as on a phone
// where everything is loaded. A name that a fixture imports and that is missing here is an error of the bundle: add it.
import { createElement, Fragment } from "react";

function Shown({ children, onPress }) {
  const press = onPress ? { onClick: onPress, "data-press": "" } : null;
  return createElement("div", press, typeof children === "function" ? children({ pressed: false }) : children);
}
const Nothing = () => null;
const nothing = async () => undefined;
const theme = { dark: false, colors: {} };

// react-native
export { Shown as View, Shown as Text, Shown as ScrollView, Shown as Pressable, Shown as TouchableOpacity, Shown as KeyboardAvoidingView, Shown as Modal };
export { Nothing as ActivityIndicator, Nothing as Image, Nothing as Switch };
export const StyleSheet = { create: (styles) => styles, flatten: (style) => style, absoluteFill: {}, hairlineWidth: 1 };
export const Platform = { OS: "ios", select: (choices) => choices.ios ?? choices.native ?? choices.default };
export const AppState = { addEventListener: () => ({ remove() {} }) };
export const Appearance = { getColorScheme: () => "light" };
export const Linking = { openURL: nothing };
export const LogBox = { ignoreLogs() {} };
export const Alert = { alert() {} };
export const Button = ({ title, onPress }) => createElement("button", { type: "button", onClick: onPress }, title);
export const TextInput = () => createElement("input");
export const useColorScheme = () => "light";
export const useWindowDimensions = () => ({ width: 390, height: 844 });
export const FlatList = ({ data, renderItem, ListEmptyComponent: Empty }) => {
  if (data?.length > 0) return data.map((item, index) => createElement(Fragment, { key: index }, renderItem({ item, index })));
  return typeof Empty === "function" ? createElement(Empty) : (Empty ?? null);
};

// react-native-gesture-handler, react-native-safe-area-context, @react-navigation/native
export { Shown as GestureHandlerRootView, Shown as SafeAreaProvider, Shown as SafeAreaView, Shown as ThemeProvider };
export { theme as DarkTheme, theme as DefaultTheme };
export const useSafeAreaInsets = () => ({ top: 0, right: 0, bottom: 0, left: 0 });

// expo-status-bar, expo-splash-screen, expo-font, expo-secure-store, @expo/vector-icons
export { Nothing as StatusBar, Nothing as Ionicons, Nothing as FontAwesome, Nothing as MaterialIcons, nothing as preventAutoHideAsync, nothing as hideAsync };
export { nothing as getItemAsync, nothing as setItemAsync, nothing as deleteItemAsync, nothing as loadAsync };
export const hide = () => {};
export const useFonts = () => [true, null];
export default Object.assign(() => null, { font: {} });
